// What each of the tests' calls does.
import type { Handlers } from "../../cloud/api/control";
import { privateAddressesOf } from "../firewall";
import { users } from "../moto";
import type { Running } from "../run";
import { defaultLifetime } from "../sessions";
import type { ControlCalls, State } from "./calls";

export function controlHandlers(running: Running): Handlers<ControlCalls> {
  const { moto, ground, sessions, faults, log, front, metadata, delays } = running;
  const both = [front.connections, metadata.connections];
  const faultsChanged = () => Promise.all(both.map((connections) => connections.faultsChanged()));
  const lift = async (id?: number) => {
    faults.lift(id);
    await faultsChanged();
  };
  const forget = () => {
    log.records = [];
    ground.moves.length = 0;
  };
  return {
    endpoints: () => ({ apis: front.connections.endpoints, metadata: metadata.connections.endpoints }),
    keys: () => moto.keysOf(users.operator),
    delays: (changed) => {
      front.delays = { ...front.delays, ...changed };
      return front.delays;
    },
    inject: async (injection) => {
      const id = faults.inject(injection);
      if (injection.fault.kind === "tls") front.connections.drop(injection.from);
      await faultsChanged();
      return id;
    },
    lift,
    faults: () => faults.list(),
    setCredentialLifetime: (seconds) => {
      sessions.lifetime = seconds;
    },
    expireCredentials: () => sessions.expire(),
    publishImage: (image) => moto.publish(image),
    requests: () => log.records,
    forget,
    moves: () => ground.moves,
    state: () => stateOf(running),
    reset: async () => {
      await lift();
      sessions.lifetime = defaultLifetime;
      front.delays = delays;
      forget();
    },
  };
}

async function stateOf({ cloud, ground }: Running): Promise<State> {
  const placed = ground.all();
  const slotOf = (id: string | undefined) =>
    placed.find(({ instance }) => instance.InstanceId === id)?.machine.slot ?? null;
  return {
    addresses: (await cloud.addresses()).map((found) => ({
      allocation: found.AllocationId ?? "",
      address: found.PublicIp ?? "",
      instance: found.InstanceId || null,
      networkInterface: found.NetworkInterfaceId || null,
      privateAddress: found.PrivateIpAddress || null,
      slot: slotOf(found.InstanceId),
    })),
    instances: placed.map(({ instance, machine }) => ({
      id: instance.InstanceId ?? "",
      name: instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
      slot: machine.slot,
      state: instance.State?.Name ?? "",
      publicIpv4: machine.publicIpv4,
      privateIps: privateAddressesOf(instance),
    })),
  };
}

// remote.Command: one SSH connection, one session in it, one command.
import type { Display } from "../protocol/display";
import { type CommandInputs, commandResource, type Run } from "./command";
import { remoteCommandInputs } from "./inputs";
import { type Connection, connect } from "./ssh/connect";
import { openSession, type Session } from "./ssh/session";

interface RemoteInputs extends CommandInputs {
  readonly connection: Connection;
}

const run: Run<RemoteInputs> = async (command, inputs, previous, output, display) => {
  await using connection = await connect(inputs.connection, display);
  const session = await openSession(connection.client);
  for (const [name, value] of Object.entries(inputs.environment ?? {})) {
    if (!(await session.setEnvironment(name, value))) {
      display.error(refused(name));
      throw new Error(`could not set environment variable "${name}": ssh: setenv failed`);
    }
  }
  await offerPreviousOutput(session, previous, display);
  return await session.run(command, inputs.stdin ?? "", (stream, data) => output.add(stream, data));
};

/** sshd may not accept these; the command runs all the same. */
async function offerPreviousOutput(session: Session, previous: Readonly<Record<string, string>>, display: Display) {
  for (const [name, value] of Object.entries(previous)) {
    if (!(await session.setEnvironment(name, value))) {
      display.warn(refused(name));
    }
  }
}

function refused(name: string): string {
  return `Unable to set '${name}'. This only works if your SSH server is configured to accept these variables via AcceptEnv.`;
}

export const remoteCommand = commandResource(remoteCommandInputs, run);

// Inputs and outputs of an EC2 instance.
import type { Table } from "../../bridge/bridged";
import { chosen, fixed, flag, integer, missing, off, text, texts, words } from "../../bridge/properties";
import type { Schema } from "../../protocol/inputs";
import { region, tagged } from "./shared";

const onOrOff = chosen({ type: { oneOf: ["enabled", "disabled"] } });

const metadataOptions = {
  httpEndpoint: onOrOff,
  httpProtocolIpv6: onOrOff,
  httpPutResponseHopLimit: chosen(integer),
  httpTokens: chosen({ type: { oneOf: ["optional", "required"] } }),
  instanceMetadataTags: onOrOff,
} as const satisfies Schema;

const volumeTypes = ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"] as const;

const rootBlockDevice = {
  deleteOnTermination: { type: "boolean", default: true },
  deviceName: chosen(text),
  encrypted: fixed(chosen(flag)),
  iops: chosen(integer),
  kmsKeyId: fixed(chosen(text)),
  tags: words,
  tagsAll: chosen(words),
  throughput: chosen(integer),
  volumeId: chosen(text),
  volumeSize: chosen(integer),
  volumeType: chosen({ type: { oneOf: volumeTypes } }),
} as const satisfies Schema;

const elsewhere = missing({ type: "any" });

export const instance: Table = {
  inputs: {
    ami: fixed(chosen(text)),
    associatePublicIpAddress: fixed(chosen(flag)),
    availabilityZone: fixed(chosen(text)),
    capacityReservationSpecification: chosen(elsewhere),
    cpuOptions: chosen(elsewhere),
    creditSpecification: { type: { object: { cpuCredits: chosen({ type: { oneOf: ["standard", "unlimited"] } }) } } },
    disableApiStop: chosen(flag),
    disableApiTermination: chosen(flag),
    ebsBlockDevices: chosen(elsewhere),
    ebsOptimized: fixed(chosen(flag)),
    enablePrimaryIpv6: chosen(elsewhere),
    enclaveOptions: chosen(elsewhere),
    ephemeralBlockDevices: chosen(elsewhere),
    forceDestroy: off,
    getPasswordData: off,
    hibernation: elsewhere,
    hostId: chosen(elsewhere),
    hostResourceGroupArn: chosen(elsewhere),
    iamInstanceProfile: chosen(text),
    instanceInitiatedShutdownBehavior: chosen(text),
    instanceMarketOptions: chosen(elsewhere),
    instanceType: chosen(text),
    ipv6AddressCount: chosen(elsewhere),
    ipv6Addresses: chosen(elsewhere),
    keyName: fixed(chosen(text)),
    launchTemplate: elsewhere,
    maintenanceOptions: chosen(elsewhere),
    metadataOptions: chosen({ type: { object: metadataOptions } }),
    monitoring: chosen(flag),
    networkInterfaces: chosen(elsewhere),
    placementGroup: chosen(elsewhere),
    placementGroupId: chosen(elsewhere),
    placementPartitionNumber: chosen(elsewhere),
    primaryNetworkInterface: chosen(elsewhere),
    privateDnsNameOptions: chosen(elsewhere),
    privateIp: fixed(chosen(text)),
    region,
    rootBlockDevice: chosen({ type: { object: rootBlockDevice } }),
    secondaryNetworkInterfaces: chosen(elsewhere),
    secondaryPrivateIps: chosen(texts),
    securityGroups: chosen(elsewhere),
    sourceDestCheck: { type: "boolean", default: true },
    subnetId: fixed(chosen(text)),
    tags: words,
    tenancy: fixed(chosen({ type: { oneOf: ["default", "dedicated", "host"] } })),
    userData: text,
    userDataBase64: chosen(text),
    userDataReplaceOnChange: off,
    volumeTags: words,
    vpcSecurityGroupIds: chosen(texts),
  },
  prepared: tagged,
  outputs: {
    arn: text,
    instanceLifecycle: text,
    instanceState: text,
    outpostArn: text,
    passwordData: text,
    primaryNetworkInterfaceId: text,
    privateDns: text,
    publicDns: text,
    publicIp: text,
    spotInstanceRequestId: text,
  },
};

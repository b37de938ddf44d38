// What the arguments of `aws` have to fulfil.
import { isIPv4 } from "node:net";
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, known, UNKNOWN } from "../validation/draft";
import type { Plain } from "../validation/plain";
import { type Problem, problem, show } from "../validation/problem";
import { filledList, shape, table, unknownProperties } from "../validation/shape";
import { hostKeyProblems } from "../validation/sshKeys";
import { defaultElasticIps } from "./aws/defaults";
import { AwsImage } from "./aws/images";
import { sshProblems } from "./aws/sshRules";
import {
  type AwsArgs,
  type AwsElasticIpArgs,
  type AwsInstanceArgs,
  type AwsVolumeArgs,
  InstanceCreationInput,
} from "./awsArgs";
import { exactlyTwo, inVain, networksFix, plainList, plainName, plainObject, plainWords, repeated } from "./pairRules";

const { check, isText, optional } = checks;

type Args = Plain<AwsArgs>;
type ElasticIp = Plain<AwsElasticIpArgs>;
type Instance = Plain<AwsInstanceArgs>;
export type AwsDraft = { readonly [Key in keyof Args]: Draft<Args[Key]> };

type Rule = (draft: AwsDraft) => Problem[];

const id = (prefix: string) =>
  check(
    (value) => isText(value) && value.startsWith(`${prefix}-`) && /^[a-z]+-[0-9a-f]{8,32}$/.test(value),
    "is not an id.",
    `Use one such as "${prefix}-0123456789abcdef0".`,
  );

const instanceType = check(
  (value) => isText(value) && /^[a-z][a-z0-9-]{0,20}\.[a-z0-9-]{1,20}$/.test(value),
  "is not an instance type.",
  'Use one such as "t3.small".',
);

const ipv4 = check(
  (value) => isText(value) && isIPv4(value),
  "is not an IPv4 address.",
  'Use one of the subnet, such as "172.31.16.200".',
);

/** What people look for here, with the reason why it is not there. */
const reasons: Readonly<Record<string, string>> = {
  ipv6: "An IPv6 address belongs to a subnet, and with it to one availability zone: EC2 has no IPv6 address that moves like an Elastic IP.",
  private:
    "A private address belongs to a subnet, and with it to one availability zone: what both nodes could have would be lost with the zone.",
};

const elasticIpType: checks.Check = (path, value) => {
  const reason = isText(value) ? reasons[value.toLowerCase()] : undefined;
  return reason
    ? [problem(path, `"${value}" cannot be. ${reason} Leave it out.`)]
    : checks.oneOf(["ipv4"])(path, value);
};

const elasticIpShape = shape<ElasticIp>({
  name: plainName,
  type: optional(elasticIpType),
  id: optional(id("eipalloc")),
  privateAddresses: optional(plainList(ipv4, "Give two, one for each node.")),
});

const instanceShape = shape<Instance>({
  id: id("i"),
  networkInterfaceId: id("eni"),
  publicAddress: checks.host,
  privateAddress: ipv4,
  secondaryAddresses: filledList(ipv4, "Give one for each Elastic IP."),
  hostKey: hostKeyProblems,
});

const volumeShape = shape<Plain<AwsVolumeArgs>>({
  size: optional(checks.wholeNumber(8, 16384)),
  kmsKeyId: optional(
    check(
      (value) => isText(value) && /^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[\w/-]+$/.test(value),
      "is not the ARN of a KMS key.",
      'Use one such as "arn:aws:kms:eu-central-1:123456789012:key/…".',
    ),
  ),
});

const tag = check(
  (value) => isText(value) && value.length <= 256 && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value),
  "is not usable in a tag.",
  "Use letters, digits, spaces and _ . : / = + - @, 256 at most.",
);
const tagKey = check(
  (value) => isText(value) && value.length > 0 && value.length <= 128 && !/^aws:/i.test(value) && !tag("", value)[0],
  "is not the key of a tag.",
  'Use one such as "team", 128 letters at most; those that begin with "aws:" are reserved.',
);

const url =
  (schemes: readonly string[], example: string): checks.Check =>
  (path, value) => {
    if (value === UNKNOWN || (isText(value) && schemes.some((scheme) => isPlainUrl(value, scheme)))) {
      return [];
    }
    // It may have a password in it.
    const complaint = isText(value) && !value.includes("@") ? `${show(value)} cannot be used.` : "cannot be used.";
    return [
      problem(
        path,
        `${complaint} Use one such as "${example}", without a path and without a password, which any user of the nodes could read.`,
      ),
    ];
  };

function isPlainUrl(text: string, scheme: string): boolean {
  const [, host = "", , port = ""] = /^[a-z]+:\/\/([^/:@\s]+)(:(\d{1,5}))?$/.exec(text) ?? [];
  const isPort = port === "" || checks.port("", Number(port)).length === 0;
  return text.startsWith(`${scheme}://`) && checks.host("", host).length === 0 && isPort;
}

const properties: { readonly [Key in keyof Required<Args>]: checks.Check } = {
  ssh: () => [],
  instanceType: optional(instanceType),
  image: optional(checks.oneOf(AwsImage)),
  imageId: optional(id("ami")),
  allowClientsFrom: optional(filledList(checks.network, networksFix)),
  elasticIps: optional(
    plainList(
      plainObject(elasticIpShape, '{ name: "main" }'),
      `Give at least one, such as { name: "main" }. ${reasons.private} A pair has a public one.`,
    ),
  ),
  subnetIds: optional(plainList(id("subnet"), "List two.")),
  vpcId: optional(id("vpc")),
  securityGroupIds: optional(filledList(id("sg"), "Give the id of one.")),
  instanceProfile: optional(
    check(
      (value) => isText(value) && /^[\w+=,.@-]{1,128}$/.test(value),
      "is not the name of an instance profile.",
      'Use its name, not its ARN, such as "load-balancer".',
    ),
  ),
  rootVolume: optional(volumeShape),
  nodeNames: optional(plainList(plainName, 'Give two, such as ["lb1", "lb2"].')),
  instances: optional(plainList(instanceShape, "Give two.")),
  tags: optional(table(tagKey, tag)),
  replaceInstancesOn: optional(plainWords(InstanceCreationInput)),
  ec2Endpoint: optional(url(["https"], "https://vpce-0123456789abcdef0-abcdefgh.ec2.eu-central-1.vpce.amazonaws.com")),
  httpsProxy: optional(url(["http", "https"], "http://proxy.example.com:3128")),
};

const shapes: Rule = (draft) => [
  ...unknownProperties("platform", { ...draft }, Object.keys(properties)),
  ...Object.entries(properties).flatMap(([key, one]) => one(`platform.${key}`, draft[key as keyof Args])),
];

const pairs: Rule = ({ nodeNames, instances, subnetIds, elasticIps }) => [
  ...exactlyTwo("platform.nodeNames", nodeNames),
  ...exactlyTwo("platform.instances", instances),
  ...exactlyTwo("platform.subnetIds", subnetIds),
  ...entries<ElasticIp>("platform.elasticIps", elasticIps).flatMap(({ path, value }) =>
    exactlyTwo(`${path}.privateAddresses`, value.privateAddresses),
  ),
];

/** Each instance has a secondary address for each Elastic IP. */
const places: Rule = ({ instances, elasticIps }) => {
  const wanted = Array.isArray(elasticIps) ? elasticIps.length : defaultElasticIps.length;
  return entries<Instance>("platform.instances", instances).flatMap(({ path, value: { secondaryAddresses } }) =>
    Array.isArray(secondaryAddresses) && secondaryAddresses.length > 0 && secondaryAddresses.length !== wanted
      ? [
          problem(
            `${path}.secondaryAddresses`,
            `has ${secondaryAddresses.length}. List ${wanted}, one for each Elastic IP.`,
          ),
        ]
      : [],
  );
};

const different: Rule = ({ nodeNames, instances, elasticIps }) => [
  ...repeated("platform.nodeNames", Array.isArray(nodeNames) ? nodeNames : [], "", "Two nodes have two names."),
  ...(["id", "networkInterfaceId", "publicAddress", "privateAddress", "hostKey"] as const).flatMap((key) =>
    repeated(
      "platform.instances",
      entries<Instance>("", instances).map(({ value }) => value[key]),
      `.${key}`,
      "Two different machines are needed.",
    ),
  ),
  ...(["name", "id"] as const).flatMap((key) =>
    repeated(
      "platform.elasticIps",
      entries<ElasticIp>("", elasticIps).map(({ value }) => value[key]),
      `.${key}`,
      "Give each a different one.",
    ),
  ),
];

const OF_NEW_INSTANCES = [
  "instanceType",
  "image",
  "imageId",
  "allowClientsFrom",
  "subnetIds",
  "vpcId",
  "securityGroupIds",
  "instanceProfile",
  "rootVolume",
  "replaceInstancesOn",
] as const satisfies readonly (keyof Args)[];

/** What would be left out without a word. */
const nothingInVain: Rule = (draft) => {
  const { instances, ssh, elasticIps, image, imageId, securityGroupIds, allowClientsFrom } = draft;
  const ofExisting = [
    ...OF_NEW_INSTANCES.filter((key) => draft[key] !== undefined),
    ...(isRecord(ssh) && ssh.existingKeyPair !== undefined ? ["ssh.existingKeyPair"] : []),
    ...entries<ElasticIp>("elasticIps", elasticIps)
      .filter(({ value }) => value.privateAddresses !== undefined)
      .map(({ path }) => `${path}.privateAddresses`),
  ];
  if (instances !== undefined) {
    return ofExisting.map((path) => inVain(path, "instances that exist"));
  }
  return [
    ...(known(image) && known(imageId) ? [inVain("image", "another image")] : []),
    ...(known(allowClientsFrom) && known(securityGroupIds)
      ? [inVain("allowClientsFrom", "security groups that exist")]
      : []),
  ];
};

const vpc: Rule = ({ vpcId, subnetIds, instances }) =>
  vpcId !== undefined && subnetIds === undefined && instances === undefined && vpcId !== UNKNOWN
    ? [
        problem(
          "platform.subnetIds",
          "is missing. List two subnets of the VPC, in different availability zones, with a route to an internet gateway.",
        ),
      ]
    : [];

const rules: readonly Rule[] = [shapes, sshProblems, pairs, places, different, nothingInVain, vpc];

export function awsProblems(draft: AwsDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}

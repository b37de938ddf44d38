// KeyPair: a public key that EC2 knows by a name, which is the id.
import type { ResourceType } from "../../protocol/provider";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { keyPair as table } from "../tables/ec2";
import { nameOf } from "./naming";
import { conflicts, resource } from "./resource";
import { regionOf, retagging, tagsOf } from "./tagging";

export function keyPair(aws: Aws): ResourceType {
  return resource(aws, {
    table,
    what: "EC2 Key Pair",
    verify: (inputs) => conflicts(inputs, ["keyNamePrefix", "keyName"]),
    create: async (inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const { KeyName = "" } = await ec2.importKeyPair({
        KeyName: nameOf(inputs, "keyName"),
        PublicKeyMaterial: Buffer.from(String(inputs.publicKey).trim()),
        ...tagsOf("key-pair", inputs.tagsAll),
      });
      return KeyName;
    },
    find: async (id, before) => {
      const region = textOf(before.region) ?? aws.region;
      const ec2 = await aws.ec2(region);
      const found = await unless(["InvalidKeyPair.NotFound"], ec2.describeKeyPairs({ KeyNames: [id] }));
      const key = found?.KeyPairs?.[0];
      return (
        key && {
          tags: key.Tags,
          state: {
            arn: aws.arn("ec2", `key-pair/${id}`, region),
            fingerprint: key.KeyFingerprint ?? "",
            keyName: key.KeyName ?? id,
            keyNamePrefix: before.keyNamePrefix ?? "",
            keyPairId: key.KeyPairId ?? "",
            keyType: key.KeyType ?? "",
            publicKey: before.publicKey,
          },
        }
      );
    },
    retag: retagging(aws, (_, state) => String(state.keyPairId)),
    delete: async ({ id, state }) => {
      const ec2 = await aws.ec2(textOf(state.region));
      await unless(["InvalidKeyPair.NotFound"], ec2.deleteKeyPair({ KeyName: id }));
    },
    inState: { publicKey: (key) => String(key).trim() },
  });
}

import assert from "node:assert/strict";
import { AwsImage, architectureOf, parameterOf, userOf } from "../../../../src/platforms/aws/images";

describe("images on AWS", () => {
  it("are found by the public parameters of their makers", () => {
    assert.deepEqual(
      Object.values(AwsImage).map((image) => [
        parameterOf(image, "t3.small"),
        parameterOf(image, "t4g.small"),
        userOf(image),
      ]),
      [
        ["/aws/service/debian/release/12/latest/amd64", "/aws/service/debian/release/12/latest/arm64", "admin"],
        ["/aws/service/debian/release/13/latest/amd64", "/aws/service/debian/release/13/latest/arm64", "admin"],
        ["amd64", "arm64"]
          .map((kind) => `/aws/service/canonical/ubuntu/server/24.04/stable/current/${kind}/hvm/ebs-gp3/ami-id`)
          .concat("ubuntu"),
      ],
    );
  });

  it("are those of the instance type's processor", () => {
    const arm = ["a1.medium", "t4g.small", "m6gd.large", "c7gn.xlarge", "im4gn.large", "x2gd.medium", "r8g.4xlarge"];
    const intel = ["t3.small", "m5zn.large", "g4dn.xlarge", "g5.xlarge", "c6in.large", "m7i-flex.large", "c7a.medium"];
    assert.deepEqual(
      arm.filter((type) => architectureOf(type) !== "arm64"),
      [],
    );
    assert.deepEqual(
      intel.filter((type) => architectureOf(type) !== "amd64"),
      [],
    );
  });
});

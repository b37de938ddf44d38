// Where AWS keeps the ids of the distributions' images, and who logs in there. Pure.

/** What an instance can run, by the names that `image` takes. */
export const AwsImage = { debian12: "debian-12", debian13: "debian-13", ubuntu2404: "ubuntu-24.04" } as const;
export type AwsImage = (typeof AwsImage)[keyof typeof AwsImage];

type Architecture = "amd64" | "arm64";

const images: { readonly [Name in AwsImage]: { user: string; parameter(architecture: Architecture): string } } = {
  "debian-12": debian("12"),
  "debian-13": debian("13"),
  "ubuntu-24.04": {
    user: "ubuntu",
    parameter: (architecture) =>
      `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`,
  },
};

function debian(release: string) {
  return {
    user: "admin",
    parameter: (architecture: Architecture) => `/aws/service/debian/release/${release}/latest/${architecture}`,
  };
}

/** The public parameter of Systems Manager that has the id of the newest release. */
export function parameterOf(image: AwsImage, instanceType: string): string {
  return images[image].parameter(architectureOf(instanceType));
}

export function userOf(image: AwsImage): string {
  return images[image].user;
}

/** After the number of its generation, the family of an ARM type has a "g": t4g, c7gn, im4gn. */
export function architectureOf(instanceType: string): Architecture {
  const [family = ""] = instanceType.split(".");
  return family === "a1" || /^[a-z]+\d+g(?!\d)[a-z]*$/.test(family) ? "arm64" : "amd64";
}

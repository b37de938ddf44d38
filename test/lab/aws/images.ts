// The images that instances can be made of, with the public parameters that tell their ids, as Debian and Canonical
// publish them. What boots is the lab's own image, whichever of them was asked for.

export interface Image {
  readonly id: string;
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
  /** Account that published it. */
  readonly owner: string;
  /** Name of the public parameter that tells its id. */
  readonly parameter: string;
}

const architectures = [
  { architecture: "x86_64", name: "amd64", digit: "a" },
  { architecture: "arm64", name: "arm64", digit: "b" },
] as const;

const debian = (release: string, id: string): Image[] =>
  architectures.map(({ architecture, name, digit }) => ({
    id: `ami-0deb0000000${id}${digit}`,
    name: `debian-${release}-${name}-20250101-1979`,
    architecture,
    owner: "136693071363",
    parameter: `/aws/service/debian/release/${release}/latest/${name}`,
  }));

const ubuntu = (release: string, id: string, volume: string): Image[] =>
  architectures.map(({ architecture, name, digit }) => ({
    id: `ami-0cab0000000${id}${digit}`,
    name: `ubuntu/images/hvm-ssd/ubuntu-${release}-${name}-server-20250101`,
    architecture,
    owner: "099720109477",
    parameter: `/aws/service/canonical/ubuntu/server/${release}/stable/current/${name}/hvm/${volume}/ami-id`,
  }));

export const images: readonly Image[] = [
  ...debian("12", "00012"),
  ...debian("13", "00013"),
  ...ubuntu("22.04", "02204", "ebs-gp2"),
  ...ubuntu("24.04", "02404", "ebs-gp3"),
];

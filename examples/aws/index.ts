// A redundant pair on AWS: two EC2 instances and an Elastic IP, which the nodes move by themselves.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { aws } from "pulumi-ha-load-balancer/aws";

const config = new pulumi.Config();

const lb = new HaLoadBalancer("edge", {
  platform: aws({
    instanceType: config.get("instanceType"),
    // Two subnets, in different availability zones; without them those of the default VPC.
    subnetIds: config.getObject<string[]>("subnetIds"),
    ssh: {
      privateKey: config.requireSecret("sshPrivateKey"),
      allowFrom: config.requireObject<string[]>("allowSshFrom"),
    },
  }),
  frontends: [{ name: "web", port: 80, defaultBackend: "app" }],
  backends: [
    { name: "app", servers: config.requireObject<ServerArgs[]>("webServers"), healthCheck: { path: "/healthz" } },
  ],
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;

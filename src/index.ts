// What users import. Platforms have entry points of their own, so that nobody loads a cloud's SDK without using it.

export type { BalancingArgs, HaLoadBalancerArgs } from "./args";
export { HaLoadBalancer, type NodeOutput } from "./haLoadBalancer";
export * from "./haproxy/acme/args";
export * from "./haproxy/args";
export * from "./haproxy/forwarding/args";
export * from "./haproxy/health/args";
export * from "./haproxy/operation/args";
export * from "./haproxy/protection/args";
export * from "./haproxy/rewriting/args";
export * from "./haproxy/routing/args";
export * from "./haproxy/servers/args";
export * from "./haproxy/sessions/args";
export * from "./haproxy/tls/args";
export { type FailoverArgs, FailoverProfile } from "./keepalived/args";
export * from "./packages/args";
export type {
  HeldAddress,
  Mover,
  Platform,
  PlatformContext,
  PlatformNode,
  Shared,
  SharedAddress,
  SshConnection,
  SshEndpoint,
  Watchers,
} from "./platform";
export { type Draft, UNKNOWN } from "./validation/draft";
export { InvalidArgumentsError, type Problem } from "./validation/problem";

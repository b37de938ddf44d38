#!/usr/bin/env node
// The plugin that the engine starts for programs in other languages than TypeScript: pulumi-resource-ha-load-balancer.
import { main } from "@pulumi/pulumi/provider";
import { provider } from "./provider";

main(provider, process.argv.slice(2));

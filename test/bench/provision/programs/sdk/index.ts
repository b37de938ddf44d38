// Only an output: what an update costs that has to load Pulumi's SDK, as every program with resources has.
import * as pulumi from "@pulumi/pulumi";

export const stack = pulumi.getStack();

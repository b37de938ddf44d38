// What `pulumi new typescript` makes, without its resource: every program that manages something loads the SDK.
import * as pulumi from "@pulumi/pulumi";

export const stack = pulumi.getStack();

// What a user who says nothing gets.
import type { AwsElasticIpArgs } from "../awsArgs";
import type { AwsImage } from "./images";

export const defaultNodeNames: readonly string[] = ["lb1", "lb2"];
export const defaultElasticIps: readonly AwsElasticIpArgs[] = [{ name: "main" }];
export const defaultType = "t3.small";
export const defaultImage: AwsImage = "debian-12";

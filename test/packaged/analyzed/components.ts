// What Pulumi's analyzer begins with; it takes its options from the tsconfig.json beside this file.
export { AwsHaLoadBalancer } from "../../../src/packaged/awsHaLoadBalancer";
export { ExistingHaLoadBalancer } from "../../../src/packaged/existingHaLoadBalancer";
export { HcloudHaLoadBalancer } from "../../../src/packaged/hcloudHaLoadBalancer";

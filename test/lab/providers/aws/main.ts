// The lab's double of the `aws` provider 7.48.0: what the library and its tests use of it, against whatever API its
// configuration or the environment names. test/conformance/aws-provider holds it to the types of @pulumi/aws.
import { Provider } from "../protocol/provider";
import { serve } from "../protocol/server";
import { Aws } from "./api/aws";
import { configuration } from "./api/configuration";
import { functions } from "./functions/functions";
import { eip } from "./resources/eip";
import { eipAssociation } from "./resources/eipAssociation";
import { instance } from "./resources/instance";
import { instanceProfile } from "./resources/instanceProfile";
import { keyPair } from "./resources/keyPair";
import { role } from "./resources/role";
import { rolePolicy } from "./resources/rolePolicy";
import { securityGroup } from "./resources/securityGroup";
import { securityGroupRule } from "./resources/securityGroupRule";

const aws = new Aws();

const provider = new Provider({
  version: "7.48.0",
  configuration,
  configure: (values) => aws.configure(values),
  resources: {
    "aws:ec2/eip:Eip": eip(aws),
    "aws:ec2/eipAssociation:EipAssociation": eipAssociation(aws),
    "aws:ec2/instance:Instance": instance(aws),
    "aws:ec2/keyPair:KeyPair": keyPair(aws),
    "aws:ec2/securityGroup:SecurityGroup": securityGroup(aws),
    "aws:iam/instanceProfile:InstanceProfile": instanceProfile(aws),
    "aws:iam/role:Role": role(aws),
    "aws:iam/rolePolicy:RolePolicy": rolePolicy(aws),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(aws, "Egress"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(aws, "Ingress"),
  },
  functions: functions(aws),
  // The bridge leaves secrets to the engine.
  acceptsSecrets: false,
  supportsPreview: true,
});

void serve(provider, process.argv.slice(2));

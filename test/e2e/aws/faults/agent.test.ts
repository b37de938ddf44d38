import { agentDuringClaims } from "../../cloud/faults/agent";
import { awsCloud } from "../tested";

agentDuringClaims(awsCloud);

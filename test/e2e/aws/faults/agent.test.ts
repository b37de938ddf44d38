import { agentAway, agentDuringClaims } from "../../cloud/faults/agent";
import { awsCloud } from "../tested";

agentDuringClaims(awsCloud);
agentAway(awsCloud);

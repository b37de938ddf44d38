import { agentFaults } from "../../cloud/faults/agent";
import { awsCloud } from "../tested";

agentFaults(awsCloud);

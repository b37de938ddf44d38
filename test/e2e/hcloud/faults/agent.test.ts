import { agentFaults } from "../../cloud/faults/agent";
import { hetznerCloud } from "../tested";

agentFaults(hetznerCloud);

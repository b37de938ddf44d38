import { agentAway, agentDuringClaims } from "../../cloud/faults/agent";
import { hetznerCloud } from "../tested";

agentDuringClaims(hetznerCloud);
agentAway(hetznerCloud);

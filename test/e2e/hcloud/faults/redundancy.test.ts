import { lostRedundancy } from "../../cloud/faults/redundancy";
import { hetznerCloud } from "../tested";

lostRedundancy(hetznerCloud);

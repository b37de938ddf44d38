import { repeatedFailovers } from "../../cloud/faults/repeated";
import { hetznerCloud } from "../tested";

repeatedFailovers(hetznerCloud);

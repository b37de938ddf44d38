import { partitions } from "../../cloud/faults/partitions";
import { hetznerCloud } from "../tested";

partitions(hetznerCloud);

import { partitions, unreachableApi } from "../../cloud/faults/partitions";
import { hetznerCloud } from "../tested";

partitions(hetznerCloud);
unreachableApi(hetznerCloud);

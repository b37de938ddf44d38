import { partitions, unreachableApi } from "../../cloud/faults/partitions";
import { awsCloud } from "../tested";

partitions(awsCloud, ["lb1"]);
unreachableApi(awsCloud);

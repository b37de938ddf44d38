import { repeatedFailovers } from "../../cloud/faults/repeated";
import { awsCloud } from "../tested";

repeatedFailovers(awsCloud);

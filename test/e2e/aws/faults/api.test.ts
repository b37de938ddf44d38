import { apiFaults } from "../../cloud/faults/api";
import { awsCloud } from "../tested";

apiFaults(awsCloud);

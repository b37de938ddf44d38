import { certificates } from "../cloud/certificates";
import { awsCloud } from "./tested";

certificates(awsCloud);

import { updatesUnderLoad } from "../cloud/updates";
import { hetznerCloud } from "./tested";

updatesUnderLoad(hetznerCloud);

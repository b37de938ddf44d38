// Has mocha leave nothing behind when it is interrupted.
import { cleanUpOnSignals } from "../lab/inUse";

cleanUpOnSignals();

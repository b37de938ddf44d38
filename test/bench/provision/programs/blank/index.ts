// Nothing: what an update costs that does not even load the SDK.
export {};

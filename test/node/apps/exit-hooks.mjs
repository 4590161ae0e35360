// A server whose process holds signal-exit, as execa and write-file-atomic bring it.
import { onExit } from "signal-exit";

onExit(() => undefined);
process.argv[2] = "stays";
await import("./v1.mjs");

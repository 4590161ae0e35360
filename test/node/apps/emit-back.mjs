// A server whose process has its old `emit` put back, as signal-exit does when nobody needs it any more.
await import("./before-exit.mjs");
delete process.emit;

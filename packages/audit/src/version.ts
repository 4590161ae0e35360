/** `producer.recorder`; a test keeps it equal to package.json. */
export const RECORDER = "mcp-trail/0.1.0";

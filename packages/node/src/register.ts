// node --import @mcp-trail/node/register app.js
import { readEnv } from "./env.ts";
import { register } from "./start.ts";

await register(readEnv());

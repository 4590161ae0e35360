#!/usr/bin/env node
import { createRequire } from "node:module";
import { readEnv } from "./env.ts";
import { nodeIo } from "./node-io.ts";
import { run } from "./program.ts";

const { version }: { readonly version: string } = createRequire(import.meta.url)("../package.json");
process.exitCode = await run(process.argv.slice(2), nodeIo(readEnv()), version);

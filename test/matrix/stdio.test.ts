import { join } from "node:path";
import { compiled } from "../compiled.ts";
import { matrix } from "./matrix.ts";
import { stdio } from "./pairs/stdio.ts";
import { registerSpans } from "./recording.ts";

const server = compiled(join(import.meta.dirname, "stdio-server.ts"));
matrix(registerSpans(), "stdio", stdio(server));

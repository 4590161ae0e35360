import { matrix } from "./matrix.ts";
import { stdio } from "./pairs/stdio.ts";
import { registerSpans } from "./recording.ts";

matrix(registerSpans(), "stdio", stdio);

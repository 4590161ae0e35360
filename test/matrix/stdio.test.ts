import { matrix } from "./matrix.ts";
import { stdio } from "./pairs/stdio.ts";

matrix("stdio", stdio);

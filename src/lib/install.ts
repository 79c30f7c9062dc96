// Connects the rooms: programs run on src/compile.
import { eagerBackend } from "../compile/eager.ts";
import { installBackend } from "../core/backend.ts";

installBackend(eagerBackend);

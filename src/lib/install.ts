// Connects the rooms: programs run on src/compile, and tensors have their methods.
import { eagerBackend } from "../compile/eager.ts";
import { installBackend } from "../core/backend.ts";
import "./tensor-methods.ts";

installBackend(eagerBackend);

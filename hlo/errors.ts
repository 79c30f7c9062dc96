// Errors of the hlo room.
import { JortsError } from "../base/errors.ts";

/** A module that cannot be spelled as StableHLO text: a missing attribute, an undefined value, a constant out of range. */
export class HloPrintError extends JortsError {}

/** A module that cannot be measured: a call that leads nowhere, a collective without groups, an unknown mesh axis. */
export class HloModuleError extends JortsError {}

/** Bytes that are not an HLO module, or an HLO module that contradicts itself. */
export class HloProtoError extends JortsError {}

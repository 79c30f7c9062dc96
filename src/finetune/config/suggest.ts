// "Did you mean", for settings.
export { editDistance, nearestName } from "../../../base/nearest.ts";

// Posts an answer to the application that waits for it; without this file its button does.
import { completeWhenOpen } from "./completion";
import { sendOnce } from "./forms";

sendOnce();
completeWhenOpen("form[data-form-post]");

// The landing page of a mailed link. Every form works without this file; here they refuse a double submit, and the
// form marked data-auto-submit (only ever served to the browser that asked) completes by itself.
import { completeWhenOpen } from "./completion";
import { sendOnce } from "./forms";

sendOnce();
completeWhenOpen("form[data-auto-submit]");

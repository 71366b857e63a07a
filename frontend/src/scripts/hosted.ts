// The hosted pages and the account page. Each works without this file; with it, forms refuse a double submit, the waiting
// page goes on by itself, the code of a message is taken over, the resend button counts down, and moments are told in the
// reader's own time.
import { sendOnce } from "./forms";
import { tellMoments } from "./moments";
import { takeCode } from "./one_time_code";
import { offerPrint } from "./print";
import { countDown } from "./resend";
import { follow } from "./waiting";

sendOnce();
tellMoments();
offerPrint();
document.querySelectorAll<HTMLButtonElement>("[data-resend-in]").forEach(countDown);
document.querySelectorAll<HTMLElement>("[data-events]").forEach(follow);
document.querySelectorAll<HTMLFormElement>("form[data-one-time-code]").forEach((form) => void takeCode(form));

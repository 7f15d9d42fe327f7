package words

// Talk is a sentence that a clerk might write after a conversation.
//
// Via lists the channels it fits, likeliest first: c counter, i call in, o call
// out, m meeting, e e-mail, l letter, v visit. For is r (persons), f (firms) or
// b (both). Slots: {f} a fee or bill, {a} an everyday amount, {b} a large one,
// {h} the price of a home, {p} product, {c} last four digits, {d} weekday,
// {m} month, {k} colleague, {n} small number, {t} time of day. Promise, where
// there is one, is the task that follows.
type Talk struct {
	Reason, Via, Outcome, For, Text, Promise string
}

// TalksEN are the sentences in English.
var TalksEN = []Talk{
	{"account", "ci", "done", "b", "Asked what the fee of {f} on the {p} is for. Explained the tariff.", ""},
	{"account", "cm", "done", "r", "Opened a second account for the holiday fund; papers signed.", ""},
	{"account", "ce", "done", "b", "Wanted statements of the {p} for the last {n} months. Printed and handed over.", ""},
	{"account", "ie", "done", "b", "Statement of {m} never arrived; sent it again.", ""},
	{"account", "c", "done", "r", "Closed the old passbook, balance moved to the {p}.", ""},
	{"account", "cm", "done", "f", "Added a second signatory to the {p}; specimen signatures taken.", ""},
	{"card", "ci", "done", "r", "Card ending {c} does not work abroad. Lifted the regional block.", ""},
	{"card", "i", "done", "r", "Lost the card ending {c} on the bus. Blocked it, new one ordered.", ""},
	{"card", "c", "done", "r", "Collected the new card ending {c} and set a PIN.", ""},
	{"card", "ie", "done", "r", "Raised the daily limit of the card ending {c} to {a}.", ""},
	{"card", "ci", "refused", "r", "Wanted the limit raised beyond {b}; not possible on this card.", ""},
	{"card", "em", "done", "f", "Three company cards for the sales team, monthly limit {a} each.", ""},
	{"payment", "c", "done", "b", "Transfer of {b} to a supplier; filled in the form together.", ""},
	{"payment", "ic", "done", "r", "Asked whether the salary has come in. It arrived {d}.", ""},
	{"payment", "ci", "done", "r", "Stopped the standing order for the gym.", ""},
	{"payment", "ei", "done", "f", "Payroll file with {n} wrong account numbers; corrected with the bookkeeper.", ""},
	{"payment", "ie", "done", "f", "Asked for the exchange rate for a payment of {b} abroad.", ""},
	{"payment", "c", "done", "r", "Paid the electricity bill of {f} at the counter, as every month.", ""},
	{"cash", "c", "done", "r", "Withdrew {b} for a used car.", ""},
	{"cash", "c", "done", "f", "Paid in the weekend takings, {b} in coins and notes.", ""},
	{"cash", "ci", "done", "r", "Ordered {a} in foreign notes, to collect {d}.", ""},
	{"cash", "c", "done", "b", "Changed {a} into small notes.", ""},
	{"loan", "mc", "follow_up", "r", "Thinking of a car loan of about {b}. Went through the monthly payments.", ""},
	{"loan", "ci", "done", "r", "Wants to repay {b} of the loan early. No charge, booked.", ""},
	{"loan", "mv", "follow_up", "f", "Needs {b} for a new delivery van; left last year's figures with us.", ""},
	{"loan", "om", "done", "f", "Renewed the {p} on unchanged terms.", ""},
	{"loan", "im", "refused", "r", "Asked for {b} without security; the budget does not carry it. Explained why.", ""},
	{"mortgage", "m", "follow_up", "r", "First talk about a mortgage: flat at {h}, a fifth from savings.", ""},
	{"mortgage", "im", "done", "r", "Fixed rate ends in {m}; compared three terms.", ""},
	{"mortgage", "om", "done", "r", "Valuer has been to the house, value as expected.", ""},
	{"saving", "c", "done", "r", "Put {b} into the {p}.", ""},
	{"saving", "cm", "done", "r", "Opened savings for the grandchild, {a} a month.", ""},
	{"saving", "oc", "done", "b", "Deposit matures in {m}; wants it rolled over.", ""},
	{"saving", "i", "done", "r", "Asked for the rate on {n} months. Wants to sleep on it.", ""},
	{"investment", "m", "follow_up", "r", "Would like more than the savings rate, is wary of shares. Talked through the risks.", ""},
	{"investment", "oi", "done", "r", "Yearly review of the fund plan; keeps it as it is.", ""},
	{"insurance", "mc", "done", "r", "Took home contents cover together with the new flat.", ""},
	{"insurance", "ie", "done", "f", "Asked for a copy of the liability policy for a tender.", ""},
	{"complaint", "ci", "done", "b", "Annoyed about the queue on {d}. Apologised, explained the new opening hours.", ""},
	{"complaint", "ie", "done", "b", "Charged {f} by mistake; paid back while on the phone.", ""},
	{"details", "ci", "done", "b", "New phone number, changed it at once.", ""},
	{"details", "ce", "done", "r", "Brought the new passport; copy taken.", ""},
	{"details", "el", "done", "f", "New managing director since {m}; extract of the register received.", ""},
	{"advice", "m", "done", "r", "Talked about money for retirement in {n} years.", ""},
	{"advice", "mv", "done", "f", "Visited the workshop. Order books full, cash tight in {m}.", ""},
	{"advice", "c", "done", "r", "Showed how to use the banking app; managed the first transfer alone.", ""},
	{"other", "o", "not_reached", "b", "Rang about the expiring document. Nobody answered, left no message.", ""},
	{"other", "o", "not_reached", "b", "Tried to reach about the {p}; voicemail.", ""},
	{"other", "c", "done", "r", "Left an umbrella at the counter; {k} keeps it.", ""},
	{"other", "lc", "done", "b", "Letter returned by the post; checked the address at the next visit.", ""},

	{"account", "ci", "follow_up", "b", "Wants the fee waived on the {p}. Must ask {k}.", "Ring back about the fee waiver"},
	{"card", "i", "follow_up", "r", "Does not recognise a card payment of {a}. Asked for the slip.", "Report on the payment slip"},
	{"card", "c", "follow_up", "r", "New card ending {c} not in the post after {n} days.", "Find out where the card is and call"},
	{"payment", "ie", "follow_up", "f", "Payment of {b} to a supplier has not arrived. Started a trace.", "Tell the bookkeeper the result of the trace"},
	{"payment", "c", "follow_up", "r", "Wants a proof of the transfer made in {m}.", "Send the proof of transfer"},
	{"loan", "mc", "follow_up", "r", "Wants an offer for {b} over {n} years.", "Send the loan offer"},
	{"loan", "mv", "follow_up", "f", "Asked to raise the {p} by {b}. Balance sheet is here.", "Decision on the higher credit line"},
	{"mortgage", "m", "follow_up", "r", "Found a house. Needs a binding answer by {d}.", "Binding answer on the mortgage"},
	{"mortgage", "ie", "follow_up", "r", "Asks what leaving the fixed rate early would cost.", "Work out the early repayment charge"},
	{"saving", "co", "follow_up", "r", "Would move {b} to us if the rate is right.", "Ask for a better rate and ring back"},
	{"investment", "m", "follow_up", "r", "Wants to see two proposals for {b}.", "Prepare two proposals"},
	{"insurance", "ci", "follow_up", "r", "Asked for a quote for travel cover for {n} people.", "Send the travel cover quote"},
	{"details", "ce", "follow_up", "f", "Articles of association changed; copy will be brought {d}.", "Chase the copy of the articles"},
	{"advice", "cm", "follow_up", "r", "Wants to talk about a will and the accounts, with the children.", "Arrange a meeting with the family"},
	{"complaint", "ci", "follow_up", "b", "Complains about the wrong value date in {m}. Promised an answer.", "Answer about the value date"},
	{"other", "ci", "follow_up", "b", "Asked for {k}, who was out.", "{k} to call back"},
}

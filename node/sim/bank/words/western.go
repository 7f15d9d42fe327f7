package words

import "strings"

// Nation is where a Western name comes from. A family name with a slash has a
// masculine and a feminine form.
type Nation struct {
	Language             string // BCP 47
	Weight               int    // how often, relative to the others
	Female, Male, Family []string
}

// Nations are the Western naming traditions of the bank's customers.
var Nations = []Nation{
	{"en", 46,
		strings.Fields("Alice Amelia Audrey Beatrice Bethany Carol Charlotte Clara Daphne Diana Edith Eleanor Emma Esther Fiona Frances Gillian Grace Hannah Harriet Hazel Helen Iris Ivy Jane Judith Karen Kate Laura Leah Linda Louise Lucy Mabel Margaret Maria Martha Megan Nancy Naomi Nora Olive Pamela Phoebe Rachel Rose Ruth Sarah Sophie Susan Tessa Vera Violet Wendy Zoe"),
		strings.Fields("Adam Albert Alan Andrew Arthur Ben Brian Charles Colin Daniel David Dennis Edgar Edward Eric Ethan Felix Frank Fred George Gordon Graham Harold Harry Henry Hugh Ian Jack Jacob James Joel John Joseph Keith Kevin Leo Lewis Luke Mark Martin Matthew Max Neil Nigel Noah Oliver Oscar Owen Paul Peter Philip Ralph Robert Roy Samuel Simon Stanley Stephen Thomas Victor Walter William"),
		strings.Fields("Abbott Archer Ashby Atwood Baker Barlow Barnes Bellamy Bishop Blackwell Bowers Bradley Brewster Briggs Brooks Burton Calloway Carver Chandler Clayton Colby Cooper Crane Crawford Dalton Dawson Drake Draper Ellery Farrow Fielding Fletcher Foster Fuller Garland Gibbs Granger Hale Harding Hayes Hobbs Holloway Howard Hudson Ingram Jarvis Keene Kendall Lambert Langley Lockwood Marlow Marsh Mercer Miller Nash Norris Oakley Osborne Parrish Pemberton Pike Porter Prescott Quincy Ramsey Reed Rowland Sawyer Shelby Slater Spencer Stone Sutton Tanner Thatcher Thorne Tucker Turner Vance Wade Walsh Warren Webster Wheeler Whitaker Winslow Woodward Yates")},
	{"en", 8,
		strings.Fields("Aoife Bríd Caoimhe Ciara Deirdre Eimear Gráinne Maeve Niamh Orla Róisín Sinéad Siobhán Úna"),
		strings.Fields("Brendan Cathal Cian Colm Conor Declan Eoin Fergus Kieran Niall Oisín Pádraig Rónán Seán"),
		strings.Fields("O'Brien O'Connor O'Dowd O'Hara O'Leary O'Neill Brennan Byrne Cassidy Connolly Delaney Doyle Flynn Gallagher Kavanagh Kinsella McCabe McGrath Moran Nolan Quinn Sheehan")},
	{"fr", 8,
		strings.Fields("Amélie Anaïs Aurélie Camille Céline Chloé Claire Élodie Françoise Hélène Inès Jeanne Léa Margaux Noémie Pauline Solène Véronique"),
		strings.Fields("André Antoine Benoît Étienne François Gaël Grégoire Guillaume Jérôme Julien Laurent Loïc Mathieu Nicolas Olivier Rémi Sébastien Théo"),
		strings.Fields("Aubert Beaulieu Bérard Bonnet Charpentier Chevalier Clément Delacroix Dubois Dupré Fabre Faucher Gauthier Girard Lefèvre Lemoine Mercier Moreau Noël Perrin Renaud Rousseau Tessier Vasseur")},
	{"de", 8,
		strings.Fields("Anke Annette Britta Dörte Elke Franziska Gisela Greta Heike Ingrid Jördis Katja Käthe Lena Monika Renate Sabine Ulrike"),
		strings.Fields("Bernd Carsten Dieter Ernst Florian Günter Hannes Jürgen Jörg Karl Lothar Moritz Norbert Ralf Rüdiger Sönke Uwe Wolfgang"),
		strings.Fields("Albrecht Bäcker Baumann Böhm Brandt Dietrich Eberhardt Fuchs Gärtner Groß Hartmann Jäger Keller Köhler Krüger Löffler Möller Neumann Pfeiffer Schäfer Schröder Vogel Weiß Zimmermann")},
	{"es", 10,
		strings.Fields("Ainhoa Begoña Carmen Concepción Elena Inés Itziar Leticia Lucía María Marisol Pilar Raquel Rocío Sofía Teresa Ximena Yolanda"),
		strings.Fields("Álvaro Andrés Antonio Diego Emilio Esteban Fermín Gonzalo Hernán Íñigo Javier Joaquín José Martín Nicolás Ramón Raúl Tomás"),
		strings.Fields("Aguirre Alarcón Benítez Cárdenas Castaño Domínguez Echeverría Fuentes García Gutiérrez Ibáñez Jiménez Márquez Muñoz Núñez Ortega Peña Quiroga Ríos Sánchez Valdés Vázquez Zúñiga")},
	{"it", 5,
		strings.Fields("Alessia Bianca Chiara Donatella Fiorella Francesca Giulia Ilaria Lucia Marta Noemi Paola Serena Silvia Valentina"),
		strings.Fields("Alessandro Andrea Carlo Davide Enzo Fabio Giacomo Lorenzo Luca Marco Niccolò Pietro Riccardo Stefano Vittorio"),
		strings.Fields("Barbieri Bellini Carli Colombo Conti D'Amico D'Angelo Ferri Galli Gentile Lombardi Marchetti Moretti Pellegrini Rinaldi Romano Santoro Vitale")},
	{"pl", 5,
		strings.Fields("Agnieszka Barbara Bożena Danuta Elżbieta Ewa Grażyna Halina Iwona Jadwiga Joanna Katarzyna Małgorzata Wiesława Zofia"),
		strings.Fields("Andrzej Bartosz Czesław Grzegorz Jacek Jarosław Kazimierz Łukasz Maciej Michał Paweł Stanisław Tomasz Wojciech Zbigniew"),
		strings.Fields("Kowalski/Kowalska Wiśniewski/Wiśniewska Zieliński/Zielińska Szymański/Szymańska Dąbrowski/Dąbrowska Kozłowski/Kozłowska Jabłoński/Jabłońska Wójcik Woźniak Krawczyk Stępień Pawlak Gołąb Wróbel Zając")},
	{"cs", 4,
		strings.Fields("Alena Božena Dagmar Eliška Hana Ivana Jana Jiřina Kateřina Lenka Markéta Šárka Tereza Věra Zdeňka"),
		strings.Fields("Aleš Bohumil Dušan František Jaroslav Jiří Karel Ladislav Luboš Miloš Ondřej Radek Tomáš Václav Zdeněk"),
		strings.Fields("Novák/Nováková Svoboda/Svobodová Dvořák/Dvořáková Černý/Černá Procházka/Procházková Kučera/Kučerová Veselý/Veselá Němec/Němcová Růžička/Růžičková Beneš/Benešová Říha/Říhová Šťastný/Šťastná")},
	{"pt", 3,
		strings.Fields("Adriana Beatriz Conceição Débora Graça Inês Joana Letícia Luísa Mafalda Mariana Rita Tânia Teresa"),
		strings.Fields("Afonso António Bruno Caetano Duarte Estêvão Gonçalo Henrique João Luís Mário Nuno Rui Vítor"),
		strings.Fields("Almeida Azevedo Brandão Conceição Esteves Fonseca Gouveia Guimarães Leitão Magalhães Moura Pacheco Simões Teixeira Vieira")},
	{"sv", 3,
		strings.Fields("Åsa Astrid Birgitta Ebba Elin Frida Gunnel Ingegärd Kajsa Linnéa Maj Märta Sigrid Sólveig Tove"),
		strings.Fields("Anders Björn Erik Gösta Håkan Jørgen Kåre Lars Magnus Mårten Nils Ole Östen Søren Torbjörn"),
		strings.Fields("Åberg Bergström Björk Dahlgren Ekström Forsberg Grönlund Håkansson Hedlund Jørgensen Lindqvist Møller Nyström Öberg Sjöberg Söderlund Wikström")},
}

// Occupations of Western persons of working age.
var Occupations = []string{
	"nurse", "primary-school teacher", "electrician", "bus driver", "pharmacist", "carpenter", "software developer", "accountant",
	"chef", "florist", "civil engineer", "translator", "dentist", "warehouse worker", "architect", "hairdresser", "plumber",
	"farmer", "librarian", "social worker", "musician", "estate agent", "lab technician", "mechanic", "journalist", "baker",
	"shop assistant", "lawyer", "train driver", "veterinary surgeon", "painter and decorator", "paramedic",
}

// Employers of Western persons; all invented.
var Employers = []string{
	"Riverside General Hospital", "Lakeland School District", "Northgate Transit", "Harrow & Pell Logistics", "Millrace Brewing",
	"Quillfeather Press", "Stonebridge Engineering", "Lakeland Water Works", "Copperline Electric", "Juniper House Care",
	"Fenwick Mills", "Blue Heron Software", "City of Riverside", "Larkspur Foods",
}

// Streets of Western branches.
var Streets = []string{
	"Alder Lane", "Ferry Road", "Mill Street", "Orchard Row", "Chapel Hill", "Heron Way", "Quay Street", "Linden Avenue", "Station Road",
	"Weir Lane", "Market Square", "Larch Close", "Old Tannery Yard", "Bridge Street", "Priory Walk", "Swallow Court", "Foundry Lane",
	"Willow Bank", "Northgate", "Harbour View", "Meadow Rise", "Cooper's Row", "Glasshouse Lane", "Beacon Hill",
}

// Tags, memos and warnings in English.
var (
	Tags  = []string{"prefers mornings", "hard of hearing", "large print", "reads contracts closely", "paper statements", "by appointment", "self-employed", "travels a lot", "investor", "regular at the counter"}
	Memos = []string{
		"Has been coming to this branch since it opened. Likes to chat; leave time.",
		"Works nights: do not ring before noon.",
		"Wants everything on paper, never by e-mail.",
		"Plans to sell the business within two years.",
		"Looks after an elderly father; may ask for a power of attorney.",
		"Compares our rates with two other banks every spring.",
		"Building a house; the plot is paid for.",
		"Recommended us to three neighbours last year. Thank them.",
		"Shy on the phone, very clear at the counter.",
		"Speaks for the whole family in money matters.",
	}
	Notes = []string{
		"Wheelchair user: use the low desk.",
		"Recently bereaved. Be gentle about the joint account.",
		"Address unconfirmed since the last letter came back.",
		"Prefers to be served by a woman.",
		"Signature has changed after an illness; new specimen on file.",
	}
	Warns = []string{
		"Identity document expires soon: ask for the new one.",
		"Has twice been called by somebody pretending to be the bank. Confirm call-backs with the agreed word.",
		"Power of attorney revoked: the daughter may no longer act on the account.",
		"Statements are in dispute. Read the open case before you discuss figures.",
	}
	Stops = []string{
		"Account under a court order. No payments out without the branch manager.",
		"Brother and sister dispute the power of attorney. Only the account holder in person.",
		"Customer asked for a lock after losing every document. Identify with two papers and the manager.",
	}
)

// Wholes are words a firm's name begins with.
var Wholes = []string{
	"Alderway", "Bluestone", "Brightwater", "Cinderford", "Copperleaf", "Driftwood", "Eastmere", "Fairbourne", "Foxglove", "Greenhithe", "Hollowell",
	"Ironbark", "Juniper", "Kestrel", "Larkspur", "Millrace", "Northfold", "Oakhanger", "Pebblebrook", "Quarrybank", "Redfern", "Silverbirch", "Thistledown",
	"Underhill", "Verity", "Westering", "Yarrow", "Zephyr Hill",
}

// Industry is a trade: what it is called and the word firms of it use.
type Industry struct{ Name, Word string }

// Industries of Western firms.
var Industries = []Industry{
	{"carpentry", "Joinery"}, {"catering", "Catering"}, {"road haulage", "Haulage"}, {"software", "Systems"}, {"retail trade", "Stores"},
	{"construction", "Builders"}, {"farming", "Farms"}, {"dental practice", "Dental Care"}, {"printing", "Press"}, {"metal working", "Metalworks"},
	{"legal services", "Legal"}, {"landscaping", "Gardens"}, {"hotels", "Inns"}, {"wholesale trade", "Trading"}, {"brewing", "Brewery"}, {"property letting", "Estates"},
}

// LegalForms of Western firms: what is added to the name, and its full name.
var LegalForms = []Industry{{"limited liability company", "LLC"}, {"corporation", "Inc."}, {"limited partnership", "LP"}, {"corporation", "Corp."}}

// PayeeBanks receive standing orders; all invented.
var PayeeBanks = []string{"Lakeland Mutual", "Granite Savings", "Harbour Trust", "First Orchard", "Tidewater Bank"}

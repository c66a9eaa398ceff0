import java.io.File;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Judges each PDF named against PDF/UA-1 (ISO 14289-1), and prints every rule broken: see bin/verapdf. */
class Verdict {
    public static void main(String[] files) throws Exception {
        LogManager.getLogManager().reset(); // veraPDF warns of what only its own reports need
        VeraGreenfieldFoundryProvider.initialise();
        var profile = profile();
        var allComply = true;
        for (var file : files) {
            try (var parser = Foundries.defaultInstance().createParser(new File(file), PDFAFlavour.PDFUA_1);
                    var validator = Foundries.defaultInstance().createValidator(profile, false)) {
                var verdict = validator.validate(parser);
                allComply &= verdict.isCompliant();
                System.out.printf("%s: %s, %d checks%n", file,
                    verdict.isCompliant() ? "compliant" : "not compliant", verdict.getTotalAssertions());
                Map<String, Integer> times = new TreeMap<>();
                for (var found : verdict.getTestAssertions()) {
                    if (found.getStatus() == TestAssertion.Status.FAILED) {
                        times.merge(found.getRuleId().getClause() + ": " + found.getMessage(), 1, Integer::sum);
                    }
                }
                times.forEach((broken, count) -> System.out.printf("  %s (%d times)%n", broken, count));
            }
        }
        System.exit(allComply ? 0 : 1);
    }

    /** The profile as the jar holds it. veraPDF's own reader of it needs JAXB, which the jar lacks. */
    private static ValidationProfile profile() throws Exception {
        Document written = DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(Verdict.class.getResourceAsStream("/org/verapdf/pdfa/validation/PDFUA-1.xml"));
        Set<Rule> rules = new HashSet<>();
        NodeList ruled = written.getElementsByTagName("rule");
        for (int place = 0; place < ruled.getLength(); place++) {
            var rule = (Element) ruled.item(place);
            var id = (Element) rule.getElementsByTagName("id").item(0);
            rules.add(Profiles.ruleFromValues(
                Profiles.ruleIdFromValues(PDFAFlavour.Specification.ISO_14289_1,
                    id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber"))),
                rule.getAttribute("object"),
                rule.hasAttribute("deferred") ? Boolean.valueOf(rule.getAttribute("deferred")) : null,
                rule.getAttribute("tags"), text(rule, "description"), text(rule, "test"),
                Profiles.errorFromValues(text(rule, "message"), List.of()), List.of()));
        }
        Set<Variable> variables = new HashSet<>();
        NodeList named = written.getElementsByTagName("variable");
        for (int place = 0; place < named.getLength(); place++) {
            var variable = (Element) named.item(place);
            variables.add(Profiles.variableFromValues(variable.getAttribute("name"),
                variable.getAttribute("object"), text(variable, "defaultValue"), text(variable, "value")));
        }
        return Profiles.profileFromValues(PDFAFlavour.PDFUA_1,
            Profiles.profileDetailsFromValues("PDF/UA-1", "ISO 14289-1", "veraPDF", new Date(0)), "", rules, variables);
    }

    private static String text(Element of, String name) {
        NodeList found = of.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }
}

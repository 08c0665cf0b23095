<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="hi" sourcelanguage="en">
<context>
    <name>sanchay</name>
    <message>
        <source>&amp;Add folder…</source>
        <translation>फ़ोल्डर जोड़ें… (&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Between</source>
        <translation>इनके बीच (&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation>रंग (&amp;C)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>फ़ाइल (&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Filters</source>
        <translation>फ़िल्टर (&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Find duplicates</source>
        <translation>दोहराव खोजें (&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Find similar</source>
        <translation>मिलती-जुलती खोजें (&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Go</source>
        <translation>जाएँ (&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>सहायता (&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Hidden files</source>
        <translation>छिपी फ़ाइलें (&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>कुंजियाँ (&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>भाषा (&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Plan…</source>
        <translation>योजना… (&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>बंद करें (&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Save plan…</source>
        <translation>योजना सहेजें… (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Scan</source>
        <translation>स्कैन करें (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>सेटिंग… (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Sum up</source>
        <translation>सारांश बनाएँ (&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Take snapshot</source>
        <translation>स्नैपशॉट लें (&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Template</source>
        <translation>साँचा (&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>वापस लें (&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Undo run</source>
        <translation>रन वापस लें (&amp;U)</translation>
    </message>
    <message>
        <source>, errors {0}</source>
        <translation>, त्रुटियाँ {0}</translation>
    </message>
    <message>
        <source>A folder that is ticked is protected: its files are compared and stay.</source>
        <translation>जिस फ़ोल्डर पर निशान है वह सुरक्षित है: उसकी फ़ाइलों की तुलना होती है और वे रहती हैं।</translation>
    </message>
    <message>
        <source>A plan or a run is not done again from here: make a new plan.</source>
        <translation>योजना या रन यहाँ से दोबारा नहीं होता: नई योजना बनाएँ।</translation>
    </message>
    <message>
        <source>A run is going on. Closing ends it after the step that it is at; History goes on with it, or takes it back.</source>
        <translation>एक रन चल रहा है। बंद करने पर वह अपने मौजूदा चरण के बाद रुक जाएगा; इतिहास से उसे आगे बढ़ाया या वापस लिया जा सकता है।</translation>
    </message>
    <message>
        <source>A snapshot keeps what files there are; two of them tell what changed.</source>
        <translation>स्नैपशॉट बताता है कि कौन-सी फ़ाइलें हैं; दो स्नैपशॉट बताते हैं कि क्या बदला।</translation>
    </message>
    <message>
        <source>A snapshot of this job is gone: choose others.</source>
        <translation>इस काम का एक स्नैपशॉट अब नहीं है: दूसरे चुनें।</translation>
    </message>
    <message>
        <source>A&amp;bout</source>
        <translation>परिचय (&amp;B)</translation>
    </message>
    <message>
        <source>About</source>
        <translation>परिचय</translation>
    </message>
    <message>
        <source>Add &amp;rule</source>
        <translation>नियम जोड़ें (&amp;R)</translation>
    </message>
    <message>
        <source>Add a folder above, then find its duplicates: F5.</source>
        <translation>ऊपर कोई फ़ोल्डर जोड़ें, फिर उसके दोहराव खोजें: F5।</translation>
    </message>
    <message>
        <source>Add a folder above, then look for similar files: F5.</source>
        <translation>ऊपर कोई फ़ोल्डर जोड़ें, फिर मिलती-जुलती फ़ाइलें खोजें: F5।</translation>
    </message>
    <message>
        <source>Add a folder above, then scan it: F5.</source>
        <translation>ऊपर कोई फ़ोल्डर जोड़ें, फिर उसे स्कैन करें: F5।</translation>
    </message>
    <message>
        <source>Add a folder above, then sum it up: F5.</source>
        <translation>ऊपर कोई फ़ोल्डर जोड़ें, फिर उसका सारांश बनाएँ: F5।</translation>
    </message>
    <message>
        <source>Add a folder above, then take a snapshot: Ctrl+T.</source>
        <translation>ऊपर कोई फ़ोल्डर जोड़ें, फिर स्नैपशॉट लें: Ctrl+T।</translation>
    </message>
    <message>
        <source>Add a folder first: Ctrl+O, or drop one on the window.</source>
        <translation>पहले कोई फ़ोल्डर जोड़ें: Ctrl+O, या विंडो पर छोड़ें।</translation>
    </message>
    <message>
        <source>Add rule</source>
        <translation>नियम जोड़ें</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>आयु</translation>
    </message>
    <message>
        <source>Ages</source>
        <translation>आयु</translation>
    </message>
    <message>
        <source>All of them are here.</source>
        <translation>ये सभी यहाँ हैं।</translation>
    </message>
    <message>
        <source>Another program has the history locked: what is new waits for it.</source>
        <translation>किसी दूसरे प्रोग्राम ने इतिहास पर ताला लगा रखा है: जो नया है वह उसकी प्रतीक्षा में है।</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>लागू करें</translation>
    </message>
    <message>
        <source>Applying</source>
        <translation>लागू हो रहा है</translation>
    </message>
    <message>
        <source>As ali&amp;ke as</source>
        <translation>कम से कम इतनी समान (&amp;K)</translation>
    </message>
    <message>
        <source>At least</source>
        <translation>कम से कम</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>अधिक से अधिक</translation>
    </message>
    <message>
        <source>Begun</source>
        <translation>आरंभ</translation>
    </message>
    <message>
        <source>Bytes by age</source>
        <translation>आयु के अनुसार बाइट</translation>
    </message>
    <message>
        <source>Bytes by size of files</source>
        <translation>फ़ाइलों के आकार के अनुसार बाइट</translation>
    </message>
    <message>
        <source>Bytes by type</source>
        <translation>प्रकार के अनुसार बाइट</translation>
    </message>
    <message>
        <source>C&amp;atalog</source>
        <translation>सूचीपत्र (&amp;A)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
    <message>
        <source>Cancel: {0}</source>
        <translation>रद्द करें: {0}</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>रद्द किया गया।</translation>
    </message>
    <message>
        <source>Cancelled. What was found stays: {0} rows.</source>
        <translation>रद्द किया गया। जो मिला वह रहता है: {0} पंक्तियाँ।</translation>
    </message>
    <message>
        <source>Cancelled: nothing was changed.</source>
        <translation>रद्द किया गया: कुछ भी नहीं बदला।</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>Changed before</source>
        <translation>इससे पहले बदली</translation>
    </message>
    <message>
        <source>Changed within</source>
        <translation>इस अवधि में बदली</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>जाँच हो रही है</translation>
    </message>
    <message>
        <source>Choose &amp;files…</source>
        <translation>फ़ाइलें चुनें… (&amp;F)</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>फ़ोल्डर चुनें</translation>
    </message>
    <message>
        <source>Choose a job in the table first.</source>
        <translation>पहले तालिका में कोई काम चुनें।</translation>
    </message>
    <message>
        <source>Choose a run in the table first.</source>
        <translation>पहले तालिका में कोई रन चुनें।</translation>
    </message>
    <message>
        <source>Choose files</source>
        <translation>फ़ाइलें चुनें</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
    <message>
        <source>Co&amp;mpare</source>
        <translation>तुलना करें (&amp;M)</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>तुलना हो रही है</translation>
    </message>
    <message>
        <source>Conflicts al&amp;one</source>
        <translation>केवल टकराव (&amp;O)</translation>
    </message>
    <message>
        <source>Copy paths</source>
        <translation>पथ कॉपी करें</translation>
    </message>
    <message>
        <source>Count in the order o&amp;f</source>
        <translation>इस क्रम में गिनें (&amp;F)</translation>
    </message>
    <message>
        <source>Cut names that are too &amp;long</source>
        <translation>बहुत लंबे नाम काटें (&amp;L)</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>डाइजेस्ट</translation>
    </message>
    <message numerus="yes">
        <source>Do %n steps</source>
        <translation><numerusform>%n चरण करें</numerusform><numerusform>%n चरण करें</numerusform></translation>
    </message>
    <message>
        <source>Do a&amp;gain</source>
        <translation>दोबारा करें (&amp;G)</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>पूरे</translation>
    </message>
    <message>
        <source>Done: {0}; not done: {1}.</source>
        <translation>पूरे: {0}; नहीं हुए: {1}।</translation>
    </message>
    <message>
        <source>Drop files on the window, or choose some.</source>
        <translation>विंडो पर फ़ाइलें छोड़ें, या कुछ चुनें।</translation>
    </message>
    <message>
        <source>Drop files on the window: it says where in the folders the same ones are.</source>
        <translation>विंडो पर फ़ाइलें छोड़ें: यह बताता है कि फ़ोल्डरों में वैसी ही फ़ाइलें कहाँ हैं।</translation>
    </message>
    <message>
        <source>Drop the files on the window that you ask about.</source>
        <translation>जिन फ़ाइलों के बारे में पूछना है, उन्हें विंडो पर छोड़ें।</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>दोहराव</translation>
    </message>
    <message>
        <source>E&amp;xport…</source>
        <translation>निर्यात… (&amp;X)</translation>
    </message>
    <message>
        <source>E&amp;xpression</source>
        <translation>व्यंजक (&amp;X)</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Equal files</source>
        <translation>समान फ़ाइलें</translation>
    </message>
    <message>
        <source>Every job, and every run that changed files, by its journal.</source>
        <translation>हर काम, और फ़ाइलें बदलने वाला हर रन, उसके रोज़नामचे के अनुसार।</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>निर्यात</translation>
    </message>
    <message>
        <source>Exported rows: {0}</source>
        <translation>निर्यात की गई पंक्तियाँ: {0}</translation>
    </message>
    <message>
        <source>Extensions</source>
        <translation>एक्सटेंशन</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>विफल</translation>
    </message>
    <message>
        <source>Fi&amp;lters</source>
        <translation>फ़िल्टर (&amp;L)</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>फ़ाइलें</translation>
    </message>
    <message>
        <source>Files are being changed</source>
        <translation>फ़ाइलें बदली जा रही हैं</translation>
    </message>
    <message>
        <source>Files were changed since this was found: F5 looks again.</source>
        <translation>इसके बाद फ़ाइलें बदल गईं: F5 फिर देखता है।</translation>
    </message>
    <message>
        <source>Files with equal content. One of every group stays, always; those in protected folders stay, too.</source>
        <translation>समान सामग्री वाली फ़ाइलें। हर समूह की एक फ़ाइल हमेशा रहती है; सुरक्षित फ़ोल्डरों की फ़ाइलें भी रहती हैं।</translation>
    </message>
    <message>
        <source>Files: {0}, {1}, in folders: {2}.</source>
        <translation>फ़ाइलें: {0}, {1}, फ़ोल्डर: {2}।</translation>
    </message>
    <message>
        <source>Files: {0}, {1}, in folders: {2}. In memory: {3}.</source>
        <translation>फ़ाइलें: {0}, {1}, फ़ोल्डर: {2}। स्मृति में: {3}।</translation>
    </message>
    <message>
        <source>First</source>
        <translation>पहला</translation>
    </message>
    <message>
        <source>First text</source>
        <translation>पहला पाठ</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>फ़ोल्डर</translation>
    </message>
    <message>
        <source>Folder pairs</source>
        <translation>फ़ोल्डर जोड़े</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>फ़ोल्डर:</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>फ़ोल्डर</translation>
    </message>
    <message>
        <source>Folders are identical as far as the filters go: what they leave out, such as hidden files, was not compared.</source>
        <translation>फ़ोल्डर वहीं तक समान हैं जहाँ तक फ़िल्टर जाते हैं: छोड़ी गई चीज़ें, जैसे छिपी फ़ाइलें, नहीं मिलाई गईं।</translation>
    </message>
    <message>
        <source>Forget jobs</source>
        <translation>काम भुला दें</translation>
    </message>
    <message>
        <source>From</source>
        <translation>कहाँ से</translation>
    </message>
    <message>
        <source>Go &amp;on with run</source>
        <translation>रन आगे बढ़ाएँ (&amp;O)</translation>
    </message>
    <message>
        <source>Go to row</source>
        <translation>पंक्ति पर जाएँ</translation>
    </message>
    <message>
        <source>Go to row…</source>
        <translation>पंक्ति पर जाएँ…</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>समूह</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>समूह</translation>
    </message>
    <message>
        <source>Groups: {0}; files that could go: {1}, which frees {2}.</source>
        <translation>समूह: {0}; हट सकने वाली फ़ाइलें: {1}, जिससे {2} खाली होंगे।</translation>
    </message>
    <message>
        <source>Groups: {0}; similar files: {1} of {2} that were compared.</source>
        <translation>समूह: {0}; तुलना की गई {2} में से मिलती-जुलती फ़ाइलें: {1}।</translation>
    </message>
    <message>
        <source>Growth</source>
        <translation>वृद्धि</translation>
    </message>
    <message>
        <source>Growth of folders</source>
        <translation>फ़ोल्डरों की वृद्धि</translation>
    </message>
    <message>
        <source>Hashing</source>
        <translation>हैश हो रहा है</translation>
    </message>
    <message>
        <source>History</source>
        <translation>इतिहास</translation>
    </message>
    <message>
        <source>How pictures are compared</source>
        <translation>चित्रों की तुलना कैसे हो</translation>
    </message>
    <message>
        <source>Identical folders as &amp;one</source>
        <translation>समान फ़ोल्डर &amp;एक साथ</translation>
    </message>
    <message>
        <source>In snapshots</source>
        <translation>स्नैपशॉट में</translation>
    </message>
    <message>
        <source>Insert {0}</source>
        <translation>{0} डालें</translation>
    </message>
    <message numerus="yes">
        <source>Interrupted jobs: %n. Do again goes on from known digests.</source>
        <translation><numerusform>बीच में रुके काम: %n। दोबारा करने पर ज्ञात डाइजेस्ट से आगे बढ़ता है।</numerusform><numerusform>बीच में रुके काम: %n। दोबारा करने पर ज्ञात डाइजेस्ट से आगे बढ़ता है।</numerusform></translation>
    </message>
    <message>
        <source>Is it here?</source>
        <translation>क्या यह यहाँ है?</translation>
    </message>
    <message>
        <source>It cannot be opened: {0}</source>
        <translation>इसे खोला नहीं जा सकता: {0}</translation>
    </message>
    <message>
        <source>It failed, and nothing was changed: {0}</source>
        <translation>यह विफल रहा, और कुछ नहीं बदला: {0}</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>Keep this file, or not</source>
        <translation>यह फ़ाइल रखें, या नहीं</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>कुंजियाँ</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>किस्म</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>सबसे बड़ी</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>छोड़ दें</translation>
    </message>
    <message>
        <source>Leave out what &amp;git ignores</source>
        <translation>जिसे git अनदेखा करता है उसे छोड़ दें (&amp;G)</translation>
    </message>
    <message>
        <source>Links</source>
        <translation>लिंक</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>फिर देखें</translation>
    </message>
    <message>
        <source>Looking for files</source>
        <translation>फ़ाइलें ढूँढी जा रही हैं</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>नक्शा</translation>
    </message>
    <message>
        <source>Map of folders</source>
        <translation>फ़ोल्डरों का नक्शा</translation>
    </message>
    <message>
        <source>Mark</source>
        <translation>निशान</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>बदली</translation>
    </message>
    <message>
        <source>More files</source>
        <translation>अधिक फ़ाइलें</translation>
    </message>
    <message>
        <source>Move to</source>
        <translation>यहाँ ले जाएँ</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>नाम</translation>
    </message>
    <message>
        <source>Name of the snapshot</source>
        <translation>स्नैपशॉट का नाम</translation>
    </message>
    <message>
        <source>Neither a folder nor a file: {0}</source>
        <translation>न फ़ोल्डर, न फ़ाइल: {0}</translation>
    </message>
    <message>
        <source>Newest file:</source>
        <translation>सबसे नई फ़ाइल:</translation>
    </message>
    <message>
        <source>No recent folders</source>
        <translation>कोई हालिया फ़ोल्डर नहीं</translation>
    </message>
    <message>
        <source>Not exported: {0}</source>
        <translation>निर्यात नहीं हुआ: {0}</translation>
    </message>
    <message>
        <source>Not here: {0} of {1}: {2}</source>
        <translation>यहाँ नहीं हैं: {1} में से {0}: {2}</translation>
    </message>
    <message>
        <source>Not read: {0}</source>
        <translation>पढ़ी नहीं गई: {0}</translation>
    </message>
    <message>
        <source>Nothing changed.</source>
        <translation>कुछ नहीं बदला।</translation>
    </message>
    <message>
        <source>Nothing is renamed before the plan is applied, and all can be undone.</source>
        <translation>योजना लागू होने से पहले कोई नाम नहीं बदलता, और सब वापस लिया जा सकता है।</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>कुछ नहीं बदला।</translation>
    </message>
    <message>
        <source>Nothing was done yet: what is left alone is in the way of the entries that come first, which are left out, too.</source>
        <translation>अभी कुछ नहीं किया गया: जो अछूता है, वह सबसे ऊपर की प्रविष्टियों से टकराता है; वे भी छोड़ दी गईं।</translation>
    </message>
    <message>
        <source>Only a snapshot of a single folder is compared with the disk.</source>
        <translation>डिस्क से केवल एक फ़ोल्डर वाले स्नैपशॉट की तुलना होती है।</translation>
    </message>
    <message>
        <source>Only here</source>
        <translation>केवल यहाँ</translation>
    </message>
    <message>
        <source>Only names in which &amp;is found</source>
        <translation>केवल वे नाम जिनमें यह मिले (&amp;I)</translation>
    </message>
    <message>
        <source>Only there</source>
        <translation>केवल वहाँ</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>खोलें</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>फ़ोल्डर खोलें</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>दूसरी</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>पृष्ठ</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>पथ</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>चित्र</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>योजना</translation>
    </message>
    <message>
        <source>Plan: {0}</source>
        <translation>योजना: {0}</translation>
    </message>
    <message>
        <source>Planning</source>
        <translation>योजना बन रही है</translation>
    </message>
    <message>
        <source>Pre&amp;view</source>
        <translation>पूर्वावलोकन (&amp;V)</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>प्रगति</translation>
    </message>
    <message>
        <source>R&amp;eplace</source>
        <translation>बदलें (&amp;E)</translation>
    </message>
    <message>
        <source>Re&amp;cent</source>
        <translation>हालिया (&amp;C)</translation>
    </message>
    <message>
        <source>Reclaimable</source>
        <translation>खाली हो सकने वाली जगह</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>ताज़ा करें</translation>
    </message>
    <message>
        <source>Refuse names that &amp;Windows would refuse</source>
        <translation>ऐसे नाम न लें जो Windows नहीं लेता (&amp;W)</translation>
    </message>
    <message>
        <source>Regular expression:</source>
        <translation>रेगुलर एक्सप्रेशन:</translation>
    </message>
    <message>
        <source>Remo&amp;ve</source>
        <translation>हटाएँ (&amp;V)</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>हटाएँ</translation>
    </message>
    <message>
        <source>Remove rule</source>
        <translation>नियम हटाएँ</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>नाम बदलें</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>परिणाम</translation>
    </message>
    <message>
        <source>Row:</source>
        <translation>पंक्ति:</translation>
    </message>
    <message>
        <source>Rule to add</source>
        <translation>जोड़ने का नियम</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>रन</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>रन</translation>
    </message>
    <message>
        <source>Runs that changed files</source>
        <translation>फ़ाइलें बदलने वाले रन</translation>
    </message>
    <message>
        <source>Sanchay {0}: a file inventory.</source>
        <translation>Sanchay {0}: फ़ाइलों की सूची।</translation>
    </message>
    <message>
        <source>Save plan</source>
        <translation>योजना सहेजें</translation>
    </message>
    <message>
        <source>Saved: {0}</source>
        <translation>सहेजा गया: {0}</translation>
    </message>
    <message>
        <source>Scan</source>
        <translation>स्कैन</translation>
    </message>
    <message>
        <source>Second text</source>
        <translation>दूसरा पाठ</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>सेटिंग</translation>
    </message>
    <message>
        <source>Share of the first picture</source>
        <translation>पहले चित्र का हिस्सा</translation>
    </message>
    <message>
        <source>Show &amp;pictures, decoded in a sandbox</source>
        <translation>चित्र दिखाएँ, जो सैंडबॉक्स में खोले जाते हैं (&amp;P)</translation>
    </message>
    <message>
        <source>Similar</source>
        <translation>मिलती-जुलती</translation>
    </message>
    <message>
        <source>Similar files</source>
        <translation>मिलती-जुलती फ़ाइलें</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>समानता</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>आकार</translation>
    </message>
    <message>
        <source>Size of files</source>
        <translation>फ़ाइलों का आकार</translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation>आकार</translation>
    </message>
    <message>
        <source>Snapshot</source>
        <translation>स्नैपशॉट</translation>
    </message>
    <message>
        <source>Snapshot {0} is taken: files {1}, {2}.</source>
        <translation>स्नैपशॉट {0} लिया गया: फ़ाइलें {1}, {2}।</translation>
    </message>
    <message>
        <source>Sorting</source>
        <translation>क्रम लगाया जा रहा है</translation>
    </message>
    <message>
        <source>State</source>
        <translation>स्थिति</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>चरण</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>चरण</translation>
    </message>
    <message>
        <source>Steps of the plan</source>
        <translation>योजना के चरण</translation>
    </message>
    <message>
        <source>Steps: {0}</source>
        <translation>चरण: {0}</translation>
    </message>
    <message>
        <source>Steps: {0}; names that stay: {1}; in the way: {2}.</source>
        <translation>चरण: {0}; जो नाम रहते हैं: {1}; टकराव: {2}।</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>सारांश</translation>
    </message>
    <message>
        <source>Take a snapshot first: Ctrl+T.</source>
        <translation>पहले स्नैपशॉट लें: Ctrl+T।</translation>
    </message>
    <message>
        <source>Taken back: {0}; not taken back: {1}.</source>
        <translation>वापस लिए गए: {0}; वापस नहीं लिए गए: {1}।</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>पाठ</translation>
    </message>
    <message>
        <source>Texts that are nearly the same, and pictures that look the same.</source>
        <translation>लगभग एक-से पाठ, और एक-से दिखने वाले चित्र।</translation>
    </message>
    <message>
        <source>That is another number; nothing was done.</source>
        <translation>वह दूसरी संख्या है; कुछ नहीं किया गया।</translation>
    </message>
    <message>
        <source>The file at hand</source>
        <translation>मौजूदा फ़ाइल</translation>
    </message>
    <message>
        <source>The filters have a mistake; it is shown beside them.</source>
        <translation>फ़िल्टरों में ग़लती है; वह उनके पास दिखाई गई है।</translation>
    </message>
    <message>
        <source>The history cannot be written: {0}</source>
        <translation>इतिहास लिखा नहीं जा सकता: {0}</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>भाषा अगली बार शुरू होने पर बदलेगी।</translation>
    </message>
    <message>
        <source>The o&amp;thers:</source>
        <translation>बाकी फ़ाइलें (&amp;T):</translation>
    </message>
    <message>
        <source>The plan is in a window of its own; nothing was changed.</source>
        <translation>योजना अपनी अलग विंडो में है; कुछ नहीं बदला।</translation>
    </message>
    <message>
        <source>There are no duplicates among {0} files.</source>
        <translation>{0} फ़ाइलों में कोई दोहराव नहीं है।</translation>
    </message>
    <message>
        <source>There is nothing to do.</source>
        <translation>करने को कुछ नहीं है।</translation>
    </message>
    <message>
        <source>There is nothing to export yet.</source>
        <translation>अभी निर्यात करने को कुछ नहीं है।</translation>
    </message>
    <message>
        <source>This has no undo</source>
        <translation>इसे वापस नहीं लिया जा सकता</translation>
    </message>
    <message>
        <source>This has no undo.</source>
        <translation>इसे वापस नहीं लिया जा सकता।</translation>
    </message>
    <message>
        <source>To, or what stays</source>
        <translation>कहाँ, या क्या रहता है</translation>
    </message>
    <message>
        <source>Tur&amp;ned, too</source>
        <translation>घुमाए हुए भी (&amp;N)</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Type the number of steps, {0}, to delete these files for good:</source>
        <translation>इन फ़ाइलों को हमेशा के लिए मिटाने के लिए चरणों की संख्या, {0}, लिखें:</translation>
    </message>
    <message>
        <source>Types</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>वापस लें</translation>
    </message>
    <message>
        <source>Undoing</source>
        <translation>वापस लिया जा रहा है</translation>
    </message>
    <message>
        <source>Undone</source>
        <translation>वापस लिए</translation>
    </message>
    <message>
        <source>Was at</source>
        <translation>यहाँ थी</translation>
    </message>
    <message>
        <source>What becomes of the others</source>
        <translation>बाकी फ़ाइलों का क्या हो</translation>
    </message>
    <message>
        <source>What is compared</source>
        <translation>किसकी तुलना हो</translation>
    </message>
    <message>
        <source>What is in the folders. A click on a heading sorts.</source>
        <translation>फ़ोल्डरों में क्या है। शीर्षक पर क्लिक करने से क्रम बदलता है।</translation>
    </message>
    <message>
        <source>What takes the space: by folder, type, age and size.</source>
        <translation>जगह किससे घिरी है: फ़ोल्डर, प्रकार, आयु और आकार के अनुसार।</translation>
    </message>
    <message>
        <source>Which file stays</source>
        <translation>कौन-सी फ़ाइल रहे</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>क्यों</translation>
    </message>
    <message>
        <source>With &amp;digests</source>
        <translation>डाइजेस्ट के साथ (&amp;D)</translation>
    </message>
    <message>
        <source>a day</source>
        <translation>एक दिन</translation>
    </message>
    <message>
        <source>a folder, files: {0}</source>
        <translation>फ़ोल्डर, फ़ाइलें: {0}</translation>
    </message>
    <message>
        <source>a month</source>
        <translation>एक महीना</translation>
    </message>
    <message>
        <source>a week</source>
        <translation>एक सप्ताह</translation>
    </message>
    <message>
        <source>a year</source>
        <translation>एक वर्ष</translation>
    </message>
    <message>
        <source>an&amp;d</source>
        <translation>और (&amp;D)</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>सिस्टम जैसा</translation>
    </message>
    <message>
        <source>asked about</source>
        <translation>इसके बारे में पूछा गया</translation>
    </message>
    <message>
        <source>beneath a folder…</source>
        <translation>किसी फ़ोल्डर के नीचे…</translation>
    </message>
    <message>
        <source>beneath {0}</source>
        <translation>{0} के नीचे</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>बाइट</translation>
    </message>
    <message>
        <source>can be undone</source>
        <translation>वापस लिया जा सकता है</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>रद्द</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>बदली</translation>
    </message>
    <message>
        <source>copy</source>
        <translation>कॉपी</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>गहरा</translation>
    </message>
    <message>
        <source>delete for good</source>
        <translation>हमेशा के लिए मिटाएँ</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>मिटाई गई</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>अंतर</translation>
    </message>
    <message>
        <source>done</source>
        <translation>पूरा</translation>
    </message>
    <message>
        <source>duplicates</source>
        <translation>दोहराव</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>खाली</translation>
    </message>
    <message>
        <source>ended early</source>
        <translation>बीच में रुका</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>विफल</translation>
    </message>
    <message>
        <source>files in it</source>
        <translation>इसमें की फ़ाइलें</translation>
    </message>
    <message>
        <source>files that make way: {0}, for files that stay: {1}, frees {2}</source>
        <translation>हटने वाली फ़ाइलें: {0}, रहने वाली फ़ाइलें: {1}, खाली होंगे {2}</translation>
    </message>
    <message>
        <source>files that make way: {0}, frees at least {1}</source>
        <translation>हटने वाली फ़ाइलें: {0}, कम से कम खाली होंगे {1}</translation>
    </message>
    <message>
        <source>five years</source>
        <translation>पाँच वर्ष</translation>
    </message>
    <message>
        <source>from {0}</source>
        <translation>{0} से</translation>
    </message>
    <message>
        <source>going on</source>
        <translation>चल रहा है</translation>
    </message>
    <message>
        <source>hard link</source>
        <translation>हार्ड लिंक</translation>
    </message>
    <message>
        <source>here</source>
        <translation>यहाँ है</translation>
    </message>
    <message>
        <source>in the first folder</source>
        <translation>पहले फ़ोल्डर में</translation>
    </message>
    <message>
        <source>in the future</source>
        <translation>भविष्य में</translation>
    </message>
    <message>
        <source>in the way, and left out: {0}</source>
        <translation>टकराव के कारण छोड़ी गईं: {0}</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>बीच में रुका</translation>
    </message>
    <message>
        <source>left alone: {0}</source>
        <translation>अछूती: {0}</translation>
    </message>
    <message>
        <source>light</source>
        <translation>हल्का</translation>
    </message>
    <message>
        <source>link</source>
        <translation>लिंक</translation>
    </message>
    <message>
        <source>make folder</source>
        <translation>फ़ोल्डर बनाएँ</translation>
    </message>
    <message>
        <source>move</source>
        <translation>ले जाएँ</translation>
    </message>
    <message>
        <source>move to a folder…</source>
        <translation>किसी फ़ोल्डर में ले जाएँ…</translation>
    </message>
    <message>
        <source>move to the trash</source>
        <translation>रद्दी में डालें</translation>
    </message>
    <message>
        <source>moved</source>
        <translation>दूसरी जगह गई</translation>
    </message>
    <message>
        <source>name, if any</source>
        <translation>नाम, यदि हो</translation>
    </message>
    <message>
        <source>new</source>
        <translation>नई</translation>
    </message>
    <message>
        <source>no picture</source>
        <translation>कोई चित्र नहीं</translation>
    </message>
    <message>
        <source>none</source>
        <translation>कोई नहीं</translation>
    </message>
    <message>
        <source>older</source>
        <translation>और पुरानी</translation>
    </message>
    <message>
        <source>path matches {0}</source>
        <translation>पथ {0} से मेल खाए</translation>
    </message>
    <message>
        <source>path matches…</source>
        <translation>पथ इससे मेल खाए…</translation>
    </message>
    <message>
        <source>protected: stays</source>
        <translation>सुरक्षित: रहती है</translation>
    </message>
    <message>
        <source>rename</source>
        <translation>नाम बदलें</translation>
    </message>
    <message>
        <source>replace by hard links</source>
        <translation>हार्ड लिंक से बदलें</translation>
    </message>
    <message>
        <source>replace by symbolic links</source>
        <translation>सांकेतिक लिंक से बदलें</translation>
    </message>
    <message>
        <source>share blocks</source>
        <translation>ब्लॉक साझा करें</translation>
    </message>
    <message>
        <source>share blocks (reflink)</source>
        <translation>ब्लॉक साझा करें (reflink)</translation>
    </message>
    <message>
        <source>side by side</source>
        <translation>अगल-बगल</translation>
    </message>
    <message>
        <source>slide</source>
        <translation>सरकाएँ</translation>
    </message>
    <message>
        <source>stays, by hand</source>
        <translation>हाथ से चुनी: रहती है</translation>
    </message>
    <message>
        <source>symbolic link</source>
        <translation>सांकेतिक लिंक</translation>
    </message>
    <message>
        <source>the disk now</source>
        <translation>इस समय की डिस्क</translation>
    </message>
    <message>
        <source>the largest</source>
        <translation>सबसे बड़ी</translation>
    </message>
    <message>
        <source>the longest path</source>
        <translation>सबसे लंबा पथ</translation>
    </message>
    <message>
        <source>the newest</source>
        <translation>सबसे नई</translation>
    </message>
    <message>
        <source>the oldest</source>
        <translation>सबसे पुरानी</translation>
    </message>
    <message>
        <source>the same files</source>
        <translation>वही फ़ाइलें</translation>
    </message>
    <message>
        <source>the shortest path</source>
        <translation>सबसे छोटा पथ</translation>
    </message>
    <message>
        <source>the smallest</source>
        <translation>सबसे छोटी</translation>
    </message>
    <message>
        <source>to the trash</source>
        <translation>रद्दी में</translation>
    </message>
    <message>
        <source>touched</source>
        <translation>केवल समय या अधिकार बदले</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>वापस लिया गया</translation>
    </message>
    <message>
        <source>{0} is there already. Replace it?</source>
        <translation>{0} पहले से मौजूद है। बदल दें?</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{1} में से {0}</translation>
    </message>
    <message>
        <source>{0}: files {1}, {2}</source>
        <translation>{0}: फ़ाइलें {1}, {2}</translation>
    </message>
    <message>
        <source>{0}: {1}, files {2}, {3} % of what is shown</source>
        <translation>{0}: {1}, फ़ाइलें {2}, दिखाए गए का {3} %</translation>
    </message>
    <message>
        <source>हिन्दी</source>
        <translation>हिन्दी</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>… और {0} अन्य</translation>
    </message>
    <message>
        <source>⚠ in the way</source>
        <translation>⚠ टकराव</translation>
    </message>
</context>
</TS>

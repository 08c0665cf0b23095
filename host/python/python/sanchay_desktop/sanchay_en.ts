<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>sanchay</name>
    <message numerus="yes">
        <source>Do %n steps</source>
        <translation><numerusform>Do %n step</numerusform><numerusform>Do %n steps</numerusform></translation>
    </message>
    <message numerus="yes">
        <source>Interrupted jobs: %n. Do again goes on from known digests.</source>
        <translation><numerusform>Interrupted jobs: %n. Do again goes on from known digests.</numerusform><numerusform>Interrupted jobs: %n. Do again goes on from known digests.</numerusform></translation>
    </message>
</context>
</TS>

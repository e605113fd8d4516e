@echo off
rem Starts the command line from whatever directory it is called.
rem   JAVA_HOME            the Java to use; else the java on the PATH (17 or newer)
rem   OPAMPCTL_JAVA_OPTS   options for Java
setlocal
set "JAVA=java"
if not defined JAVA_HOME goto start
set "JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%JAVA%" goto start
echo opampctl: JAVA_HOME is %JAVA_HOME%, but there is no bin\java.exe in it>&2
exit /b 1
:start
"%JAVA%" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC %OPAMPCTL_JAVA_OPTS% -jar "%~dp0..\opampctl.jar" %*
exit /b %ERRORLEVEL%

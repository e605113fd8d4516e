@echo off
rem Starts the server from whatever directory it is called.
rem   JAVA_HOME         the Java to use; else the java on the PATH (17 or newer)
rem   OPAMP_JAVA_OPTS   options for Java, such as -Xmx2g
setlocal
set "JAVA=java"
if not defined JAVA_HOME goto start
set "JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%JAVA%" goto start
echo opamp-server: JAVA_HOME is %JAVA_HOME%, but there is no bin\java.exe in it>&2
exit /b 1
:start
"%JAVA%" %OPAMP_JAVA_OPTS% -jar "%~dp0..\opamp-server.jar" %*
exit /b %ERRORLEVEL%
